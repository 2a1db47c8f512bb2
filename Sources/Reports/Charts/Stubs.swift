extension FrontierChart { public func svg(_ setting: SVGSetting = .standalone) -> String { "<svg/>" } }
extension TimelineChart { public func svg(_ setting: SVGSetting = .standalone) -> String { "<svg/>" } }
extension ShareChart { public func svg(_ setting: SVGSetting = .standalone) -> String { "<svg/>" } }
extension ForestChart { public func svg(_ setting: SVGSetting = .standalone) -> String { "<svg/>" } }
extension BridgeChart { public func svg(_ setting: SVGSetting = .standalone) -> String { "<svg/>" } }
