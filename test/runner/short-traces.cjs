// Jest keeps a hundred frames of every error and maps each to its source; the SDK asks for such a trace four times for
// every property of every resource. Node's own ten show as much of a failure.
Error.stackTraceLimit = 10;
