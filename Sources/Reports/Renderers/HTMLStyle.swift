/// The style sheet of an HTML report: one column, quiet rules, numbers that line up.
enum HTMLStyle {
  /// The rules; colours come from the chart theme's variables.
  static let rules = """
    *{box-sizing:border-box}
    html{background:var(--paper);color:var(--ink)}
    body{margin:0;font:16px/1.5 "Helvetica Neue",Arial,"Liberation Sans",sans-serif;\
    -webkit-text-size-adjust:100%}
    main{max-width:1280px;margin:0 auto;padding:22px 32px 72px}
    h1{font-size:22px;line-height:1.25;margin:0;font-weight:600}
    h2{font-size:18px;margin:44px 0 10px;padding-top:14px;border-top:1px solid var(--rule)}
    h3{font-size:16px;margin:28px 0 8px}
    p,ul,ol,dl{max-width:76ch;margin:10px 0}
    header{display:grid;grid-template-columns:1fr auto;column-gap:24px;align-items:baseline}
    h1{grid-column:1/-1}
    .subtitle{color:var(--muted);font-size:14px;margin:2px 0 0;max-width:none}
    nav{font-size:14px}
    nav a{margin-left:16px;white-space:nowrap}
    a{color:var(--c1);text-decoration:none}
    a:hover{text-decoration:underline}
    .question{font-size:17px;color:var(--muted);margin:16px 0 4px}
    .answer{font-size:20px;line-height:1.4;font-weight:500;margin:4px 0 14px;padding-left:14px;\
    border-left:4px solid var(--strong-rule);max-width:68ch}
    .answer.better,.answer.holds{border-color:var(--better)}
    .answer.worse,.answer.fails{border-color:var(--worse)}
    .scroll{overflow-x:auto}
    .table{margin:14px 0 18px}
    .caption{font-size:14px;font-weight:600;margin:0 0 2px;max-width:none}
    table{border-collapse:collapse;font-size:14px;line-height:1.35;\
    font-variant-numeric:tabular-nums;border-bottom:1px solid var(--strong-rule)}
    th,td{padding:5px 0;text-align:right;vertical-align:top;font-weight:400;white-space:nowrap}
    thead th{vertical-align:bottom;color:var(--muted);font-size:13px;white-space:normal;\
    max-width:120px;padding-bottom:6px;border-bottom:1px solid var(--strong-rule)}
    thead .groups th{border:0;padding-bottom:0;max-width:none;text-align:center}
    .group span{display:block;margin-left:14px;padding-bottom:3px;border-bottom:1px solid var(--rule)}
    .gap{padding-left:14px}
    .words{text-align:left}
    tbody th.words{padding-right:6px;white-space:normal;min-width:7.5em}
    tbody tr:not(.lower):not(.section)>*{border-top:1px solid var(--rule)}
    tbody tr:first-child>*{border-top:0!important}
    .half{text-align:left;color:var(--muted);padding-left:5px}
    .mark{padding-right:3px;text-align:left}
    .lower>*{padding-top:0;font-size:13px;padding-bottom:6px}
    .upper>:not([rowspan]){padding-bottom:0}
    .baseline>*{background:var(--tint)}
    .baseline>th{font-weight:600}
    .baseline>th:first-child{box-shadow:-8px 0 var(--tint)}
    .reference>*{color:var(--muted)}
    .reference>th{font-style:italic}
    .total>*{font-weight:600;border-top:1px solid var(--strong-rule)!important}
    .section th{text-align:left;font-weight:600;padding-top:14px}
    .badge{font-size:11px;font-weight:400;font-style:normal;color:var(--muted);\
    border:1px solid var(--rule);border-radius:3px;padding:0 4px;margin-left:4px}
    .difference,.equivalent,.undecided{color:var(--muted)}
    .better,.holds{color:var(--better)}
    .worse,.fails{color:var(--worse)}
    .answer,p.answer{color:var(--ink)}
    .sign{font-size:.85em}
    .judged{white-space:nowrap}
    .tablenote{font-size:13px;color:var(--muted);margin:6px 0 0;max-width:none}
    figure{margin:18px 0 24px}
    svg.chart{max-width:100%;height:auto;min-width:640px;display:block}
    figcaption{font-size:14px;color:var(--muted);max-width:84ch;margin-top:4px}
    .note{border-left:4px solid var(--rule);padding-left:12px;font-size:15px}
    .note.caution{border-color:var(--c5)}
    .note.problem{border-color:var(--worse)}
    code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;\
    font-size:.88em}
    pre{background:var(--tint);padding:12px 14px;overflow-x:auto;line-height:1.45;border-radius:4px}
    :not(pre)>code{background:var(--tint);padding:1px 4px;border-radius:3px}
    dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;font-size:15px}
    dt{font-weight:600}
    dd{margin:0}
    details{margin:14px 0;border-top:1px solid var(--rule);padding-top:8px}
    summary{cursor:pointer;font-weight:600}
    @media screen and (max-width:1290px){table{font-size:13px}.lower>*{font-size:12px}\
    .gap{padding-left:8px}.group span{margin-left:8px}main{padding-left:24px;padding-right:24px}}
    @media (max-width:700px){main{padding:18px 16px 48px}header,dl{display:block}nav a{margin:0 16px 0 0}dd{margin:0 0 8px}}
    @media print{
    @page{margin:14mm}
    body{font-size:10.5pt}
    main{max-width:none;padding:0}
    nav{display:none}
    table{font-size:7.5pt}
    .lower>*{font-size:7pt}
    .gap{padding-left:7px}
    .group span{margin-left:7px}
    .scroll{overflow:visible}
    svg.chart{min-width:0;width:100%}
    figure,.table,tr{break-inside:avoid}
    h2,h3{break-after:avoid}
    details::details-content{content-visibility:visible;display:block}
    *{-webkit-print-color-adjust:exact;print-color-adjust:exact}
    }

    """
}
