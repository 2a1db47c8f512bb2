public import Vocabulary

/// The state of all quotas of a run, shared by the deployments that name them.
public struct Quotas: Sendable {
  init(_ plans: [QuotaPlan]) {}
}
