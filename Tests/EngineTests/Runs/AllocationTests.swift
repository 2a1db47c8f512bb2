import Chance
import Engine
import GatewayCore
import Settings
import Testing
import Vocabulary

#if canImport(Glibc)
  import Glibc

  private typealias Allocate =
    @convention(c) (UnsafeRawPointer?, Int, Int) -> UnsafeMutableRawPointer?
  nonisolated(unsafe) private var allocations = 0
  nonisolated(unsafe) private var allocate: Allocate?

  /// Counts the objects that the process allocates from now on, by the runtime's own hook for
  /// instruments; `false` if this runtime has none.
  private func countAllocations() -> Bool {
    guard let hook = dlsym(nil, "_swift_allocObject") else { return false }
    let place = hook.assumingMemoryBound(to: Allocate?.self)
    allocate = place.pointee
    place.pointee = { metadata, size, mask in
      allocations += 1
      return allocate?(metadata, size, mask)
    }
    return true
  }

  /// Counts records, and notes how many objects had been allocated after a number of requests.
  private final class Meter: Sink {
    var requests = 0
    var attempts = 0
    /// Requests and allocations when half of the run was over.
    var atHalf: (requests: Int, allocations: Int) = (0, 0)
    let half: Int

    init(half: Int) { self.half = half }

    func consume(attempts records: Span<AttemptRecord>, truths: Span<AttemptTruth>) {
      attempts += records.count
    }
    func consume(requests records: Span<RequestRecord>, truths: Span<RequestTruth>) {
      requests += records.count
      if atHalf.requests == 0, requests >= half { atHalf = (requests, allocations) }
    }
    func consume(notes: Span<Note>) {}
  }

  @Suite("A request in a long run")
  struct AllocationTests {
    @Test("allocates no object: not in the core, not in the engine, not at the providers")
    func none() async {
      // In a process of its own, so that no other test's objects are counted.
      await #expect(processExitsWith: .success) {
        var world = World(swarm: 1, requests: 24_000, replicas: false)
        world.policy = [
          "routes": [
            "chat": [
              "fallback": [["balance": "peak-ewma", "over": ["north/a", "north/b"]], "south/c"]
            ],
            "extract": ["split": ["south/c", "south/d"]],
          ],
          "attempts": [
            "total": "5s", "retry": ["max": 1, "backoff": ["constant": ["delay": "50ms"]]],
            "budget": ["share": "20%"],
          ],
          "breaker": ["trip": ["consecutiveFailures": 5], "open": "1s"],
          "limits": [["each": "team", "totalTokens": "100k/s", "burst": 1_000_000]],
          "cache": ["exact": ["ttl": "10s", "capacity": 500]],
          "concurrency": [
            ["by": ["fixed": 3]], ["each": "team", "by": "vegas"],
            ["each": "deployment", "by": ["aimd": ["least": 4]]],
          ],
          "queue": ["capacity": 100, "longest": "2s", "codel": [:], "order": "adaptive"],
          "coalesce": ["scope": "team"],
        ]
        world.end = .distantFuture
        let plan = try world.plan()
        let sink = Meter(half: 12_000)
        var simulation = Simulation(
          RunPlan(gateway: plan, fleet: world.fleet, end: world.end),
          clients: world.streams.map { ListClient($0, seed: 1) }, chance: world.chance, sink: sink)
        guard countAllocations() else { return }
        // The hook works: one object is one object.
        let before = allocations
        withExtendedLifetime(Meter(half: 0)) { precondition(allocations == before + 1) }
        _ = try simulation.run()
        let requests = sink.requests - sink.atHalf.requests
        let objects = allocations - sink.atHalf.allocations
        precondition(requests > 10_000 && sink.attempts > 5_000)
        // What is left is of the run's end and of batches.
        precondition(objects < 100, "\(objects) objects for \(requests) requests")
      }
    }
  }
#endif
