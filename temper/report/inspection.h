#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "temper/evaluate/assess.h"
#include "temper/measure/clusters.h"
#include "temper/report/mistake_maps.h"

namespace temper::report {

/// Analyses that a page shows only on request, since they need forward passes of the network.
struct InspectOptions {
  std::vector<std::string> clusters = {};  ///< names of three classes, or none
  std::int64_t sensitivity = 0;            ///< number of images; 0: not measured
  bool maps = false;                       ///< Grad-CAM of the most confident mistakes
};

/// The images of the three classes in one set.
struct Cluster {
  std::string set;     ///< "test", "validation" or "training"
  std::int64_t shown;  ///< maximum number of points drawn per class
  measure::Projection plane;
  measure::Principal principal;
  at::Tensor labels;  ///< int64 [n]: 0, 1 or 2
  measure::ClusterDistances distances;
};

struct Inspection {
  std::array<std::string, 3> classes = {};
  std::vector<Cluster> clusters;  ///< training set first; empty: not requested
  std::optional<evaluate::Sensitivity> sensitivity;
  std::string set;      ///< on which the sensitivity was measured
  std::string weights;  ///< with which everything was measured
  std::vector<MistakeMap> maps = {};
};

/// Analyzes a finished run's network, with the weights it was tested with. Throws
/// Error{Code::usage} unless three different classes of the run are given, and as load_model() and
/// plan() do.
Inspection inspect(const std::filesystem::path& run, const InspectOptions& options);

/// Distances, explained variances and sensitivity, without the points: an object with the keys of
/// what was requested.
nlohmann::json to_json(const Inspection& inspection);

}  // namespace temper::report
