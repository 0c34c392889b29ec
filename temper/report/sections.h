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

struct Facts {
  Run run;
  std::optional<Analysis> analysis;
  std::optional<measure::ValueFigures> values;
  Summary summary;
  std::optional<SavedWeights> weights;
  Inspection inspection;
};

/// Everything that the sections show of a run, and of its network where that was analyzed.
Facts gather(Run run, Inspection inspection = {});

Html headline_section(const Facts& facts);
Html notices_section(const Facts& facts);
Html learning_section(const Facts& facts);
Html gap_section(const Facts& facts);
Html mistakes_section(const Facts& facts);
Html classes_section(const Facts& facts);
Html values_section(const Facts& facts);
Html calibration_section(const Facts& facts);
Html clusters_section(const Facts& facts);
Html norms_section(const Facts& facts);
Html time_section(const Facts& facts);
Html reproduce_section(const Facts& facts);

/// The numbers that page.js draws.
nlohmann::json plots(const Facts& facts);
/// The bins of the reliability diagram with temperature scaling; none without a temperature.
nlohmann::json calibration_plots(const Facts& facts);

/// "test, 10 000 images, averaged weights": what a test measure was computed on.
std::string test_basis(const Facts& facts);

}  // namespace temper::report
