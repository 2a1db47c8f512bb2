import GatewayCore
import Vocabulary

// Whether an answer from a cache that goes by meaning is the answer to the question: only the world
// knows what a request asks for.

extension Simulation {
  @inline(__always)
  mutating func keep(_ body: BodyID, from id: RequestID, _ replica: Int) {
    guard asksMeaning else { return }
    let cluster = calls[Int(id.slot) &* replicas &+ replica].truth.cluster
    questions.keep(body, of: replica, replicas, cluster: cluster)
  }

  @inline(__always)
  mutating func release(_ body: BodyID, _ replica: Int) {
    if asksMeaning { questions.release(body, of: replica, replicas) }
  }

  /// Whether the request that has just been answered from the cache was answered wrongly: its own
  /// question is known, and so is the entry's, and they are not the same.
  mutating func isWrong(_ id: RequestID, _ call: Call, _ replica: Int) -> Bool {
    for place in 0..<output.commands.count {
      guard case .beginAnswer(let answered, .cache(let body)) = output.commands[place],
        answered == id
      else { continue }
      // What a shared cache has found may have gone from there while it was on its way.
      let kept =
        body == found.body ? found.cluster : questions.cluster(of: body, replica, replicas)
      return kept != 0 && call.truth.cluster != 0 && kept != call.truth.cluster
    }
    return false
  }
}
