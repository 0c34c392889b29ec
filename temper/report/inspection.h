#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "temper/measure/clusters.h"
#include "temper/train/assess.h"

namespace temper::report {

/// What a page shows only when it is asked to, since the network has to be asked about images
/// again.
struct InspectOptions {
  std::vector<std::string> clusters = {};  ///< three classes' names, or none
  std::int64_t sensitivity = 0;            ///< images; 0: it is not measured
};

/// One set's images of the three classes.
struct Cluster {
  std::string set;     ///< "test", "validation" or "training"
  std::int64_t shown;  ///< of an image, a point: the first so many of each class at most
  measure::Projection plane;
  measure::Principal principal;
  at::Tensor labels;  ///< int64 [n]: 0, 1 or 2
  measure::ClusterDistances distances;
};

struct Inspection {
  std::array<std::string, 3> classes = {};
  std::vector<Cluster> clusters;  ///< training set first; empty: not asked for
  std::optional<train::Sensitivity> sensitivity;
  std::string set;      ///< that the sensitivity was measured on
  std::string weights;  ///< of the network that was asked
};

/// Asks a finished run's network, with the weights that count. Throws Error{Code::usage} for
/// anything but three different classes of the run, and as load_model() and plan() do.
Inspection inspect(const std::filesystem::path& run, const InspectOptions& options);

/// Distances, shares of the variance and sensitivity, without the points; an object, whose keys are
/// there for what was asked.
nlohmann::json to_json(const Inspection& inspection);

}  // namespace temper::report
