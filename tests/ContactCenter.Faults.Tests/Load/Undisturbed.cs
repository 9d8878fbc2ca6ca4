namespace ContactCenter.Faults.Tests.Load;

/// <summary>Tests in which no call may be refused: what other tests take of the processors would be refusals of theirs, so they run after the others, one by one.</summary>
[CollectionDefinition(nameof(Undisturbed), DisableParallelization = true)]
public sealed class Undisturbed;
