import Settings

// Who comes to a threshold: known when all routes are.

extension RouteBuilder {
  /// Finds which thresholds the requests of each alias can come to, and calibrates those that are
  /// stated as a share to the scores of these requests.
  mutating func gatherThresholds(_ routed: [Int]) throws(SettingError) {
    guard !tree.thresholds.isEmpty else { return }
    tree.scoreDeadlines = tree.roots.map { _ in 0 }
    tree.aliasThresholds = tree.roots.map { _ in 0 }
    for (place, rule) in tree.thresholds.enumerated() where rule.strongWithoutScore {
      tree.strongWithoutScore |= 1 << UInt32(place)
    }
    for alias in routed {
      for number in tree.reachable(from: tree.roots[alias])
      where tree.nodes[Int(number)].kind == .threshold {
        let place = tree.nodes[Int(number)].target
        tree.scoreDeadlines[alias] = max(
          tree.scoreDeadlines[alias], tree.thresholds[Int(place)].deadline)
        tree.aliasThresholds[alias] |= 1 << UInt32(place)
      }
    }
    for place in tree.thresholds.indices where tree.thresholds[place].isToBeCalibrated {
      try calibrate(place, routed)
    }
  }

  private mutating func calibrate(_ place: Int, _ routed: [Int]) throws(SettingError) {
    let scores = routed.flatMap { alias in
      tree.aliasThresholds[alias] & 1 << UInt32(place) != 0 && alias < names.scores.count
        ? names.scores[alias] : []
    }
    let share = tree.thresholds[place].strongShare
    guard let at = ThresholdRule.calibrated(to: share, scores: scores) else {
      let rule = thresholdPlaces[place]["threshold"] ?? thresholdPlaces[place]
      throw SettingError(
        at: rule["strongShare"] ?? rule, expected: "scores to calibrate to",
        next: "no traffic that comes here states its difficulty: give the stream a `difficulty`, or"
          + " its trace's format a column of it; or say sample: 1000, or at: 0.5")
    }
    tree.thresholds[place].at = at
  }
}
