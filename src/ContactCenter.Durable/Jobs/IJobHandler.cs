namespace ContactCenter.Durable;

/// <summary>Does the work of one kind of job; made anew for every run, with the services its constructor asks for.</summary>
public interface IJobHandler
{
    /// <summary>Runs a job. Returning finishes it; an exception leads to what the kind's policy says.</summary>
    /// <remarks>
    /// An effect in the service's own database is written in a <see cref="DurableTransaction"/> that ends with
    /// <see cref="JobRun.CommitAsync"/>: then it happens once, however often the job runs. Any other effect may happen again after a crash.
    /// </remarks>
    /// <param name="job">The job and the right to run it.</param>
    /// <param name="cancellationToken">Cancelled when the longest run time has passed, or the process ends.</param>
    /// <exception cref="JobFailedException">Thrown by a handler that names the class of its failure.</exception>
    /// <exception cref="JobWaitException">Thrown by a handler that could not begin, so that no attempt is used up.</exception>
    Task RunAsync(JobRun job, CancellationToken cancellationToken);
}
