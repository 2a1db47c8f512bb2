/// Makes a fault plan that fails as small as it can be.
///
/// Greedy, and the same every time: leave one incident out while the plan still fails in the same
/// way; then make one shorter or weaker; again until nothing smaller fails. (Delta debugging's
/// last stage, A. Zeller and R. Hildebrandt, IEEE TSE 28(2), 2002: the result is minimal in single
/// steps, not the smallest of all.)
/// - Complexity: at most `most` trials.
enum Shrinking {
  /// How many plans are tried at most.
  static let most = 60

  /// The small plan, and how many were tried for it.
  static func smallest(
    of plan: FaultPlan, fails: (FaultPlan) throws -> Bool
  ) rethrows -> (plan: FaultPlan, trials: Int) {
    var (plan, trials) = (plan, 0)
    func stillFails(_ other: FaultPlan) throws -> Bool {
      trials += 1
      return try fails(other)
    }
    var isShrinking = true
    while isShrinking, trials < most {
      isShrinking = false
      var place = 0
      while plan.faults.count > 1, place < plan.faults.count, trials < most {
        var fewer = plan
        fewer.faults.remove(at: place)
        if try stillFails(fewer) {
          plan = fewer
          isShrinking = true
        } else {
          place += 1
        }
      }
      for place in plan.faults.indices {
        for form in plan.faults[place].smaller where trials < most {
          var other = plan
          other.faults[place] = form
          if try stillFails(other) {
            plan = other
            isShrinking = true
            break
          }
        }
      }
    }
    return (plan, trials)
  }
}
