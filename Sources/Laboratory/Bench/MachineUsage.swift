#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the process has used of the machine: a fact about the machine, never part of a result.
public struct MachineUsage: Sendable, Hashable {
  /// Seconds of user CPU time.
  public var userSeconds: Double
  /// The most memory held at once, in MiB.
  public var megabytes: Double

  /// Makes a usage.
  public init(userSeconds: Double, megabytes: Double) {
    self.userSeconds = userSeconds
    self.megabytes = megabytes
  }

  /// What the process has used until now (`getrusage`).
  public static var now: MachineUsage {
    var usage = rusage()
    #if canImport(Glibc)
      let failed = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) != 0
    #else
      let failed = getrusage(RUSAGE_SELF, &usage) != 0
    #endif
    if failed { return MachineUsage(userSeconds: 0, megabytes: 0) }
    #if canImport(Darwin)
      let unit = 1_048_576.0
    #else
      let unit = 1024.0
    #endif
    return MachineUsage(
      userSeconds: Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1e6,
      megabytes: Double(usage.ru_maxrss) / unit)
  }
}
