using ContactCenter.Durable;
using ContactCenter.StorageExport;
using ContactCenter.StorageExport.Sftp;

if (AskPass.IsAsked)
    return await AskPass.AnswerAsync(string.Join(' ', args));
return await StorageExportHost.Create(args).RunDurableAsync(args);
