import Vocabulary

// What replicas tell each other for the sake of strategies: what is in flight, and how attempts end.

extension Gateway {
  /// Tells the others that an attempt has started: there is one more in flight, and for strategies on
  /// its way that learn from starts.
  @inline(never)
  mutating func tellStart(
    of slot: UInt32, at deployment: DeploymentID, _ top: Int, at now: Instant,
    into output: inout Output
  ) {
    if plan.gossips {
      output.commands.append(.publish(Delta(.inFlight, of: deployment, change: 1, started: now)))
    }
    guard teaches else { return }
    for level in 0..<top {
      let node = plan.tree.nodes[Int(slots[slot].nodes[level])]
      guard node.kind == .balance, learnsFromStarts[Int(node.target)],
        let way = lessonWays[Int(node.target)]
      else { continue }
      publish(nil, of: slots[slot].taken[level], node, way, into: &output)
    }
  }

  /// Tells the others that an attempt has ended: how, for the guards; there is one fewer in flight;
  /// and how for each strategy on its way that is to be told.
  @inline(never)
  mutating func tellEnd(
    of flight: UInt32, _ observation: AttemptObservation, at now: Instant,
    into output: inout Output
  ) {
    if tellsOutcomes {
      tellOutcome(
        observation.outcome, observation.retryAfter, of: flights[flight].record.deployment,
        breaker: flights[flight].breaker, at: now, into: &output)
    }
    if plan.gossips {
      let record = flights[flight].record
      output.commands.append(
        .publish(Delta(.inFlight, of: record.deployment, change: -1, started: record.started)))
    }
    guard teaches else { return }
    let path = flights[flight].path
    for level in 0..<max(0, Int(flights[flight].depth) - 1) {
      let node = plan.tree.nodes[Int(path[level])]
      guard node.kind == .balance, let way = lessonWays[Int(node.target)] else { continue }
      publish(
        observation, of: plan.tree.nodes[Int(path[level + 1])].place, node, way, into: &output)
    }
  }

  private mutating func publish(
    _ observation: AttemptObservation?, of child: UInt8, _ node: RouteNode, _ way: Delta.Way,
    into output: inout Output
  ) {
    output.commands.append(.publishLesson(UInt32(output.lessons.count)))
    output.lessons.append(
      Lesson(
        observation, of: child, childCounts[Int(node.target)], strategy: node.target,
        policy: limits.policy, way: way))
  }

  /// Another replica tells what an attempt has shown.
  ///
  /// What belongs to another policy is passed over: its strategies are others.
  public mutating func heard(_ lesson: Lesson, from sender: ReplicaID, at now: Instant) {
    let strategy = Int(lesson.strategy)
    guard sender != replica, lesson.policy == limits.policy, strategy < strategies.count,
      lessonWays[strategy] == lesson.way, lesson.childCount == childCounts[strategy],
      lesson.child < lesson.childCount
    else { return }
    lessonsHeard[strategy] += 1
    if lesson.isStart {
      strategies[strategy].learnStart(Int(lesson.child), at: now)
    } else {
      strategies[strategy].learn(Int(lesson.child), lesson.observation, at: now)
    }
  }
}
