using ContactCenter.Contracts;
using ContactCenter.StorageExport.Files;
using Npgsql;
using V1 = ContactCenter.Storage.V1;

namespace ContactCenter.StorageExport.Stores;

/// <summary>What is to be stored by the settings of this moment (STO-1, STO-2).</summary>
internal sealed class WantedKinds
{
    private readonly V1.Store? _store;

    private WantedKinds(V1.Store? store) => _store = store;

    /// <summary>Whether the CRM gets what is stored too (STO-52).</summary>
    public bool AreSentToCrm => _store is { Enabled: true, AlsoSendToCrm: true };

    /// <summary>Reads the settings.</summary>
    /// <param name="connection">In the transaction that catalogues a file.</param>
    public static async Task<WantedKinds> ReadAsync(NpgsqlConnection connection) => new((await SettingsStore.FindAsync(connection))?.Definition);

    /// <summary>Lets a file be skipped that is not to be stored.</summary>
    /// <param name="expected">The file.</param>
    /// <returns>The file with its state.</returns>
    public Expected Judge(Expected expected)
    {
        if (_store is not { Enabled: true })
            return Skipped(StorageErrors.StorageDisabled);
        return _store.Kinds.Count == 0 || _store.Kinds.Contains((V1.SessionFileKind)((int)expected.Kind + 1)) ? expected : Skipped("KIND_DISABLED");

        Expected Skipped(string reason) => expected with { State = FileState.Skipped, Reason = reason };
    }
}
