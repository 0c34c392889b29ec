#pragma once
#include <cstdint>
#include <memory>

#include "temper/model/resnet_plan.h"

namespace temper::model {

/// The residual network of version v2.
std::unique_ptr<Network> build_v2(const ResNetPlan& plan, const ResNet& options, const Task& task,
                                  std::uint64_t seed);

}  // namespace temper::model
