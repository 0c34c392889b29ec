#include "temper/model/architecture.h"

#include <type_traits>

#include "temper/core/error.h"

namespace temper::model {
namespace {

std::unique_ptr<Network> build(const Custom& custom, const Task& task, std::uint64_t seed) {
  if (!custom.function)
    throw Error(Code::usage, {.option = "model.kind"},
                "model.kind = \"custom\" needs a network that a C++ program provides; in a recipe "
                "file use \"resnet\"");
  return custom.function(task, seed);
}

std::int64_t number_of_stages(const Custom& /*custom*/, const Task& /*task*/) {
  return 0;
}

}  // namespace

std::unique_ptr<Network> build(const Architecture& architecture, const Task& task,
                               std::uint64_t seed) {
  return std::visit([&](const auto& options) { return build(options, task, seed); }, architecture);
}

std::int64_t number_of_stages(const Architecture& architecture, const Task& task) {
  return std::visit([&](const auto& options) { return number_of_stages(options, task); },
                    architecture);
}

const RandomOptions* random_options(const Architecture& architecture) {
  return std::visit(
      [](const auto& options) -> const RandomOptions* {
        if constexpr (std::is_base_of_v<RandomOptions, std::remove_cvref_t<decltype(options)>>)
          return &options;
        else
          return nullptr;
      },
      architecture);
}

bool freezes_skipped_blocks(const Architecture& architecture) {
  const auto* options = random_options(architecture);
  return options != nullptr && options->stochastic_depth &&
         options->stochastic_depth->dropped == regularize::Dropped::freeze;
}

}  // namespace temper::model
