#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "temper/measure/interval.h"
#include "temper/measure/linear_probe.h"

/// How good a network's features are: classifiers that are fitted on those of the training images
/// and scored on those of others.
namespace temper::evaluate {

/// Images with their features.
struct LabelledFeatures {
  at::Tensor features;  ///< floating [n, d]
  at::Tensor labels;    ///< int64 [n]; -1: none, and the image is left out
};

struct BaselineScore {
  std::int64_t correct = 0;
  std::int64_t images = 0;
  measure::Interval interval{};  ///< measure::wilson()

  [[nodiscard]] double accuracy() const {
    return static_cast<double>(correct) / static_cast<double>(images);
  }
};

/// By measure::nearest_neighbors(). Throws as it does, and Error{Code::data} for sets without
/// labels.
BaselineScore score_neighbors(const LabelledFeatures& known, const LabelledFeatures& tested,
                              std::int64_t k);

struct ProbeScore {
  BaselineScore score;
  measure::LinearProbe probe;
};

/// By measure::fit_linear_probe(). Throws as it does, and Error{Code::data} for sets without
/// labels.
ProbeScore score_probe(const LabelledFeatures& known, const LabelledFeatures& tested,
                       std::int64_t classes, const measure::ProbeOptions& options);

/// "accuracy 93.10% (95% interval 92.40 to 93.70), over 5,000 images".
std::string to_text(const BaselineScore& score);

}  // namespace temper::evaluate
