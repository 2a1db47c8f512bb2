import Vocabulary

// What replicas tell each other for the sake of the strategies that learn.

extension Gateway {
  /// Tells the others how an attempt has ended, for each strategy on its way that is to be told.
  @inline(never)
  mutating func teach(
    _ observation: AttemptObservation, _ path: SIMD8<UInt16>, _ depth: Int,
    into output: inout Output
  ) {
    for level in 0..<max(0, depth - 1) {
      let node = plan.tree.nodes[Int(path[level])]
      guard node.kind == .balance, let way = lessonWays[Int(node.target)] else { continue }
      publish(
        observation, of: plan.tree.nodes[Int(path[level + 1])].place, node, way, into: &output)
    }
  }

  /// Tells the others that an attempt has started, for each strategy on its way that counts these.
  @inline(never)
  mutating func teachStart(_ slot: UInt32, _ top: Int, into output: inout Output) {
    for level in 0..<top {
      let node = plan.tree.nodes[Int(slots[slot].nodes[level])]
      guard node.kind == .balance, learnsFromStarts[Int(node.target)],
        let way = lessonWays[Int(node.target)]
      else { continue }
      publish(nil, of: slots[slot].taken[level], node, way, into: &output)
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
