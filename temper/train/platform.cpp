#include "temper/train/platform.h"

#include <fmt/format.h>

#include <string_view>

namespace temper::train {

std::string differences(const Platform& there, const Platform& now) {
  std::string list;
  const auto compare = [&list](std::string_view what, const auto& left, const auto& right) {
    if (left != right)
      list += fmt::format("{}{}: {} there, {} now", list.empty() ? "" : "; ", what, left, right);
  };
  compare("device", there.device, now.device);
  compare("threads", there.threads, now.threads);
  compare("instruction set", there.instruction_set, now.instruction_set);
  compare("LibTorch", there.libtorch, now.libtorch);
  return list;
}

}  // namespace temper::train
