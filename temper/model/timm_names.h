#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "temper/model/architecture.h"
#include "temper/model/network.h"

/// Published networks by the names that timm 1.0.31 gives them, of which torchvision has some, too.
namespace temper::model {

/// The network that timm's create_model() makes for a name, without dropout and stochastic depth.
/// @param name  with or without the tag of pretrained weights: "resnet50", "resnet50.a1_in1k"
/// @return nothing for a name that is not one of timm_names()
std::optional<Architecture> architecture_of(std::string_view name);

/// timm's name of the network that an architecture is for images of a size. Random layers and the
/// distribution of the initial weights make no difference.
/// @return nothing where timm has no name for it
std::optional<std::string> timm_name_of(const Architecture& architecture, const Task& task);

/// Whether two architectures are the same network for images of a size, as for timm_name_of().
/// False for kinds of networks that timm has none of.
bool same_network(const Architecture& a, const Architecture& b, const Task& task);

/// All names that are known here.
std::vector<std::string_view> timm_names();

}  // namespace temper::model
