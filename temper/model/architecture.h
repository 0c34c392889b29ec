#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>

#include "temper/core/fields.h"
#include "temper/model/airbench.h"
#include "temper/model/convnext.h"
#include "temper/model/efficientnet.h"
#include "temper/model/mobilenet_v3.h"
#include "temper/model/network.h"
#include "temper/model/resnet.h"

namespace temper::model {

/// A user's own network (module.h makes one from a torch::nn::Module). The name represents the
/// function in the fingerprint, so another network needs another name.
struct Custom {
  std::string name;
  /// Makes the network; its initial weights depend on the seed alone.
  std::function<std::unique_ptr<Network>(const Task&, std::uint64_t seed)> function;

  static constexpr std::string_view kind = "custom";
  static constexpr About about = {
      .summary = "A network that a C++ program provides; a recipe file alone cannot use it."};
  static constexpr auto fields() {
    return std::tuple{field(&Custom::name,
                            {.name = "name", .meaning = "name of the network in the fingerprint"})};
  }
};

using Architecture = std::variant<ResNet, EfficientNet, MobileNetV3, ConvNeXt, Airbench, Custom>;

/// The network with its initial weights, a function of the architecture, the task and the seed.
/// Throws Error{Code::usage} for options that describe no network and for a Custom without a
/// function.
std::unique_ptr<Network> build(const Architecture& architecture, const Task& task,
                               std::uint64_t seed);

/// The number of stages that can be frozen, Network::stages(), without building the network; 0 for
/// a Custom, whose network alone knows it. Throws Error{Code::usage} for options of a ResNet that
/// describe no network.
std::int64_t number_of_stages(const Architecture& architecture, const Task& task);

/// The options of the random layers; null for a network whose options have none.
const RandomOptions* random_options(const Architecture& architecture);

/// Whether a step leaves parameters without a gradient unchanged, those of a block that was skipped
/// for the whole batch; otherwise their gradient is treated as zero.
bool freezes_skipped_blocks(const Architecture& architecture);

}  // namespace temper::model
