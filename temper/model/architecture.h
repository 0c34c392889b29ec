#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>

#include "temper/core/fields.h"
#include "temper/model/network.h"
#include "temper/model/resnet.h"

namespace temper::model {

/// A network from outside temper (module.h makes one of a torch::nn::Module). The name stands for
/// the function in the fingerprint, so another network needs another name.
struct Custom {
  std::string name;
  /// Makes the network, its initial weights a function of the seed alone.
  std::function<std::unique_ptr<Network>(const Task&, std::uint64_t seed)> function;

  static constexpr std::string_view kind = "custom";
  static constexpr About about = {.summary =
                                      "A program's own network; not for recipe files alone."};
  static constexpr auto fields() {
    return std::tuple{
        field(&Custom::name, {.name = "name", .meaning = "what the fingerprint calls it"})};
  }
};

using Architecture = std::variant<ResNet, Custom>;

/// The network with its initial weights, a function of the architecture, the task and the seed.
/// Throws Error{Code::usage} for options that name no network and for a Custom without a function.
std::unique_ptr<Network> build(const Architecture& architecture, const Task& task,
                               std::uint64_t seed);

/// Gives a network the rates of its random layers that the options hold now, where a schedule has
/// moved them. @param network  built from options that differ in rates at most
void follow(const Architecture& architecture, Network& network);

/// Whether a step leaves parameters without a gradient alone, those of a block that the whole batch
/// skipped; else their gradient counts as zero.
bool leaves_dropped_alone(const Architecture& architecture);

}  // namespace temper::model
