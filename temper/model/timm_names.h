#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "temper/model/architecture.h"

/// Published networks by the names that timm 1.0.31 gives them, of which torchvision has some, too.
namespace temper::model {

/// The network that timm's create_model() makes for a name, without dropout and stochastic depth.
/// @param name  with or without the tag of pretrained weights: "resnet50", "resnet50.a1_in1k"
/// @return nothing for a name that is not one of timm_names()
std::optional<Architecture> architecture_of(std::string_view name);

/// All names that are known here.
std::vector<std::string_view> timm_names();

}  // namespace temper::model
