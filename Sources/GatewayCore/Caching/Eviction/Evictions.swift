import Settings

/// The eviction policies, by name.
public enum Evictions {
  /// The registry: one line makes a policy known everywhere.
  public static let registry = Registry<any Eviction>(
    "eviction policy",
    [
      .init(
        "lru", "the entry that has not been used for longest goes",
        source: "Che, Tung, Wang, IEEE JSAC 20(7), 2002"
      ) { s throws(SettingError) in try LeastRecentlyUsed(reading: &s) },
      .init(
        "fifo", "the entry that was stored first goes", source: "Fricker et al., ITC 24, 2012"
      ) { s throws(SettingError) in try FirstInFirstOut(reading: &s) },
      .init(
        "sieve", "first in, first out, with a second chance in place",
        source: "Zhang et al., NSDI 2024"
      ) { s throws(SettingError) in try Sieve(reading: &s) },
      .init(
        "s3-fifo", "a small queue for newcomers, a main one, and a memory of who left",
        source: "Yang et al., SOSP 2023"
      ) { s throws(SettingError) in try S3FIFO(reading: &s) },
      .init(
        "w-tinylfu", "a window, and a main part that admits what is seen more often",
        source: "Einziger, Friedman, Manes, ACM TOS 13(4), 2017"
      ) { s throws(SettingError) in try WindowTinyLFU(reading: &s) },
    ])
}
