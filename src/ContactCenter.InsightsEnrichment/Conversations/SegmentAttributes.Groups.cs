using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <content>Values that depend on others: labels, teams and departments (INS-47, INS-49, INS-50).</content>
internal readonly partial struct SegmentAttributes
{
    /// <summary>An attribute without label is its own; a label without attribute stands in a row of its own (INS-47).</summary>
    private void SetLabels(string segmentId)
    {
        foreach (var (attribute, label) in FieldRules.Custom)
        {
            if (_texts.Has(attribute) && !_labels.Has(label))
                _labels.Set(_texts.Get(attribute) with { Field = (byte)label });
            else if (_labels.Has(label) && !_texts.Has(attribute))
                _texts.Set(attribute, segmentId);
        }
    }

    /// <summary>A team's name counts only with the id of the same object (INS-49).</summary>
    private void SetTeam(SegmentDefaults defaults, SegmentLayers layers)
    {
        const string Id = "handling_team_id", Name = "handling_team_name", Path = "handling_team_name_in_hierarchy";
        if (!TakeGroup(Id, Name, Path, "team_name_without_id", layers))
        {
            if (defaults.Worker["team_id"] is { } team)
            {
                Default(Id, team);
                Default(Name, defaults.Worker["team_name"]);
                Default(Path, defaults.Worker["team_name_in_hierarchy"]);
            }
            else
            {
                WarnNameOnly(defaults.Worker, "team_name", "team_name_without_id");
                Default(Id, defaults.QueueSid);
                Default(Name, defaults.QueueName);
            }
        }
    }

    /// <summary>A department is shown only with its id (INS-50).</summary>
    private void SetDepartment(WorkerAttributes worker, SegmentLayers layers)
    {
        const string Id = "handling_department_id", Name = "handling_department_name", Path = "handling_department_name_in_hierarchy";
        if (TakeGroup(Id, Name, Path, "department_name_without_id", layers))
            return;
        if (worker["department_id"] is { } department)
        {
            Default(Id, department);
            Default(Name, worker["department_name"]);
            Default(Path, worker["department_name_in_hierarchy"]);
        }
        else
        {
            WarnNameOnly(worker, "department_name", "department_name_without_id");
        }
    }

    private bool TakeGroup(string id, string name, string path, string warning, SegmentLayers layers)
    {
        for (var layer = layers.Below.Count; layer >= 0; layer--)
        {
            var given = layer == layers.Below.Count ? _given : layers.Below[layer];
            if (given.ContainsKey(id))
            {
                foreach (var field in (ReadOnlySpan<string>)[id, name, path])
                    Default(field, given.GetValueOrDefault(field));
                return true;
            }

            if (given.TryGetValue(name, out var nameOnly))
                Warn(warning, Fields.Find(name), nameOnly);
        }

        return false;
    }

    private void WarnNameOnly(WorkerAttributes worker, string name, string warning)
    {
        if (worker[name] is { } nameOnly)
            _warnings.Add(_source, warning, name, nameOnly);
    }
}
