#pragma once
#include <string>
#include <string_view>

namespace temper::recipe {

// The recipes that ship; made from recipes/ when the build is configured, see room.cmake.
extern const std::string_view kFashionMnistRecipe;
extern const std::string_view kCifar10Recipe;
extern const std::string_view kPicturesRecipe;

/// What a recipe to begin with says first, as comments.
std::string head();

}  // namespace temper::recipe
