import Foundation

/// How far tests go that compare with something slow in random worlds.
///
/// `GATEWAY_LAB_DEEP=1` asks for the deep run, with as many worlds and as sharp guards against a test
/// that says nothing as these tests were written with: the step `swarm` of `.ci/steps` does. Without
/// it they take a part of that, so that `swift test` stays below its two minutes.
public enum Depth {
  /// Whether this is the deep run; it says so once, so that who has asked for it sees it.
  public static let isDeep: Bool = {
    let isDeep = ProcessInfo.processInfo.environment["GATEWAY_LAB_DEEP"] == "1"
    if isDeep { print("the deep run") }
    return isDeep
  }()

  /// A count for this run.
  public static func of<Count: BinaryInteger>(_ quick: Count, deep: Count) -> Count {
    isDeep ? deep : quick
  }
}
