import Providers
import Settings

// Models count tokens differently: how many one of another's is depends on both.

extension FleetPlan {
  /// Gives each deployment whose model the price book knows its tokens for one of those that the
  /// streams count.
  ///
  /// Silence means off: without a stream that says `recordedOn`, all count alike. The gateway counts
  /// as the streams do, so those that say it must count alike among each other.
  mutating func countTokens(of tree: Setting) throws(SettingError) {
    var recorded: (name: String, factor: Double)?
    for stream in tree["traffic"]?.members ?? [] {
      guard let setting = stream.value["recordedOn"], !setting.isNull else { continue }
      let names = PriceBook.rows.map(\.name)
      let row = PriceBook.rows[try setting.name(among: names, kind: "model of the price book")]
      if let recorded, recorded.factor != row.tokenFactor {
        throw SettingError(
          at: setting,
          "it counts tokens unlike \(Setting.quoted(recorded.name)), on which another "
            + "stream was recorded", next: "convert one of them: the gateway counts in one way")
      }
      recorded = (row.name, row.tokenFactor)
    }
    guard let recorded else { return }
    for place in deployments.indices where !deployments[place].saysFactors {
      guard let row = PriceBook.row(deployments[place].model) else { continue }
      let factor = row.tokenFactor / recorded.factor
      (deployments[place].inputFactor, deployments[place].outputFactor) = (factor, factor)
    }
  }
}
