#include "temper/report/page.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "temper/report/assets.h"
#include "temper/report/document.h"

namespace temper::report {
namespace {

Html contents(const ReportData& facts) {
  Html all = headline_section(facts);
  all += notices_section(facts);
  for (const auto section : {learning_section, gap_section, mistakes_section, classes_section,
                             values_section, calibration_section, clusters_section, norms_section,
                             replays_section, time_section, reproduce_section})
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

std::string page(const ReportData& facts, const Live* live) {
  return document(facts.summary.name, {assets::page_css}, contents(facts), plots(facts),
                  {assets::chart_js, assets::frame_js, assets::page_js}, live);
}

}  // namespace temper::report
