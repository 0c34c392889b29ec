#pragma once
#include <string_view>

namespace temper::recipe {

/// The kind that a technique has here, whose name elsewhere is given: "saturation" for Pillow's
/// "Color", "flip" for torchvision's "RandomHorizontalFlip". Case, `_` and `-` are ignored; empty
/// where none is known, or where the name is like the kind's own.
std::string_view kind_of_published(std::string_view name);

}  // namespace temper::recipe
