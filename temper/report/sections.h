#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "temper/measure/values.h"
#include "temper/report/analysis.h"
#include "temper/report/html.h"
#include "temper/report/inspection.h"
#include "temper/report/run.h"
#include "temper/report/saved_weights.h"
#include "temper/report/summary.h"

/// The sections of the page, top to bottom. A section with nothing to show is empty markup.
namespace temper::report {

struct ReportData {
  Run run;
  std::optional<Analysis> analysis;
  std::optional<measure::ValueMetrics> values;
  Summary summary;
  std::optional<SavedWeights> weights;
  Inspection inspection;
};

/// Everything that the sections show of a run, and of its network where that was analyzed.
ReportData gather(Run run, Inspection inspection = {});

Html headline_section(const ReportData& facts);
Html notices_section(const ReportData& facts);
Html learning_section(const ReportData& facts);
Html gap_section(const ReportData& facts);
Html mistakes_section(const ReportData& facts);
Html classes_section(const ReportData& facts);
Html values_section(const ReportData& facts);
Html calibration_section(const ReportData& facts);
Html clusters_section(const ReportData& facts);
Html norms_section(const ReportData& facts);
Html replays_section(const ReportData& facts);
Html time_section(const ReportData& facts);
Html reproduce_section(const ReportData& facts);

/// The numbers that page.js draws.
nlohmann::json plots(const ReportData& facts);

/// "test, 10 000 images, averaged weights": what a test measure was computed on.
std::string test_basis(const ReportData& facts);

}  // namespace temper::report
