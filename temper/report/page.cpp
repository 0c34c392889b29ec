#include "temper/report/page.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "temper/io/format/json_text.h"
#include "temper/report/assets.h"

namespace temper::report {
namespace {

/// JSON that is safe inside a <script> element: nothing in it can close the element.
std::string script_json(const nlohmann::json& json) {
  std::string result;
  for (const char c : io::json_text(json))
    if (c == '<')
      result += "\\u003c";
    else
      result += c;
  return result;
}

/// The template with each {{name}} replaced once; inserted text is not searched again.
std::string fill(std::string_view page, const std::map<std::string_view, std::string>& parts) {
  std::string result;
  while (true) {
    const auto open = page.find("{{");
    const auto close = page.find("}}", open);
    if (close == std::string_view::npos) break;
    result += page.substr(0, open);
    result += parts.at(page.substr(open + 2, close - open - 2));
    page.remove_prefix(close + 2);
  }
  return result.append(page);
}

Html contents(const ReportData& facts) {
  Html all = headline_section(facts);
  all += notices_section(facts);
  for (const auto section :
       {learning_section, gap_section, mistakes_section, classes_section, values_section,
        calibration_section, clusters_section, norms_section, time_section, reproduce_section})
    all += section(facts);
  return all;
}

}  // namespace

ReportData gather(Run run, Inspection inspection) {
  ReportData facts{.run = std::move(run), .inspection = std::move(inspection)};
  facts.analysis = analyze(facts.run);
  facts.values = analyze_regression(facts.run);
  facts.summary = summary(facts.run, facts.analysis, facts.values);
  facts.weights = read_saved_weights(facts.run);
  return facts;
}

std::string page(const ReportData& facts) {
  return fill(assets::page_html, {{"title", escape(facts.summary.name)},
                                  {"style", std::string(assets::page_css)},
                                  {"contents", contents(facts).markup},
                                  {"plots", script_json(plots(facts))},
                                  {"chart", std::string(assets::chart_js)},
                                  {"script", std::string(assets::page_js)}});
}

}  // namespace temper::report
