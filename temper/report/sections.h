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

/// The parts of the page, top to bottom. A part with nothing to show is empty markup.
namespace temper::report {

struct Facts {
  Run run;
  std::optional<Analysis> analysis;
  std::optional<measure::ValueFigures> values;
  Summary summary;
  std::optional<SavedWeights> weights;
  Inspection inspection;
};

/// What the parts show of a run, and of its network where it was asked again.
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
/// More of them: the bins of the reliability diagram at the temperature, none without one.
nlohmann::json calibration_plots(const Facts& facts);

/// "test, 10 000 images, averaged weights": what a figure of the test set was measured on.
std::string test_basis(const Facts& facts);

}  // namespace temper::report
