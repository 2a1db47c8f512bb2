public import Settings
import Vocabulary

/// A model on a kind of machine whose speed has been measured.
public struct ServingPreset: Sendable {
  /// How fast a replica is.
  public var speed: ServingSpeed
  /// Tokens of context that its memory holds.
  public var memory: Int64
  /// What a replica costs an hour, in dollars.
  public var dollarsPerHour: Double
}

/// The measured models on machines that `serving` can name.
///
/// Fitted to the measurements of Splitwise (Patel et al., ISCA 2024; Azure's `splitwise-sim`,
/// `perf_model.csv`): prefill as straight lines through medians at 128 to 32,768 tokens of a batch,
/// decode as a + b·B + c·K by least relative deviation; `pcap` and two-GPU rows are left out (the
/// former are the same decode under a power cap, the latter level off at 4,096 tokens, which is no
/// prefill). Memory: 0.9 × GPU memory less the weights in 16 bits, by the bytes of keys and values of
/// a token (llama2-70b 327,680 with grouped heads, bloom-176b 4,014,080). Prices: CoreWeave 8-GPU
/// nodes, 2026-02 (`capacity_prices.csv`, secondary), half of it for four GPUs.
public enum ServingPresets {
  /// The registry behind `serving: { model: … }`.
  public static let registry = Registry<ServingPreset>(
    "served model",
    rows.map { row in
      Registry.Entry(
        row.name, "\(row.model) on \(row.gpus) \(row.hardware) GPUs a replica",
        source: "Splitwise measurements (ISCA 2024); CoreWeave list price 2026-02"
      ) { (_) throws(SettingError) in row.preset }
    })

  /// One fit: milliseconds of prefill at `tokens`, of a step, for an answer, for a token of context.
  struct Row: Sendable {
    var name: String
    /// As `perf_model.csv` calls them.
    var model: String
    var hardware: String
    var gpus: Int
    var prefill: [Double]
    var step: Double
    var perAnswer: Double
    var perContextToken: Double
    var memory: Int64
    var dollarsPerHour: Double

    init(
      _ model: String, _ machine: Machine, gpus: Int = 8, memory: Int64, prefill: [Double],
      step: Double, perAnswer: Double, perContextToken: Double
    ) {
      name = model + "/" + (gpus == 8 ? "" : "\(gpus)x") + machine.name
      (self.model, self.gpus, self.memory) = (model, gpus, memory)
      (self.prefill, self.step) = (prefill, step)
      (self.perAnswer, self.perContextToken) = (perAnswer, perContextToken)
      hardware = machine.name + "-80gb"
      dollarsPerHour = machine.dollarsPerHour * Double(gpus) / 8
    }

    var preset: ServingPreset {
      let points = zip(ServingPresets.tokens, prefill).map {
        ServingSpeed.Point(tokens: $0, nanoseconds: $1 * 1e6)
      }
      return ServingPreset(
        speed: ServingSpeed(
          prefill: points, step: step * 1e6, perAnswer: perAnswer * 1e6,
          perContextToken: perContextToken * 1e6), memory: memory, dollarsPerHour: dollarsPerHour)
    }
  }

  /// A node of eight GPUs.
  struct Machine: Sendable {
    var name: String
    var dollarsPerHour: Double

    static let h100 = Machine(name: "h100", dollarsPerHour: 49.24)
    static let a100 = Machine(name: "a100", dollarsPerHour: 21.6)
  }

  static let tokens: [Int64] = [128, 512, 1024, 2048, 4096, 8192, 16384, 32768]

  static let rows: [Row] = [
    Row(
      "llama2-70b", .h100, memory: 1_330_000,
      prefill: [53.9, 53.9, 77.7, 134.4, 376.2, 831.5, 1551.7, 2936.3],
      step: 29.65, perAnswer: 0.2091, perContextToken: 0.000191),
    Row(
      "llama2-70b", .a100, memory: 1_330_000,
      prefill: [65.3, 93.0, 160.9, 282.7, 708.4, 1781, 3524.5, 7554],
      step: 44.4, perAnswer: 0.2459, perContextToken: 0.000238),
    Row(
      "llama2-70b", .h100, gpus: 4, memory: 450_000,
      prefill: [49.1, 59.7, 104.6, 200.5, 456.7, 924.9, 1726.1, 3520.5],
      step: 29.113, perAnswer: 0.2483, perContextToken: 0.000043),
    Row(
      "llama2-70b", .a100, gpus: 4, memory: 450_000,
      prefill: [63.7, 127, 247.4, 427.4, 1069.1, 2620.1, 5131.7, 10947.8],
      step: 44.014, perAnswer: 0.1734, perContextToken: 0.000227),
    Row(
      "bloom-176b", .h100, memory: 55_800,
      prefill: [48.3, 76.1, 132.2, 252, 649.6, 1411.6, 2521.9, 4996.5],
      step: 35.66, perAnswer: 0.2839, perContextToken: 0.000171),
    Row(
      "bloom-176b", .a100, memory: 55_800,
      prefill: [79.7, 174.4, 287.5, 536.1, 1332.6, 3591.5, 5782, 11251.8],
      step: 48.302, perAnswer: 0.3976, perContextToken: 0.000337),
  ]
}
