#pragma once
#include <string>
#include <string_view>

namespace temper::recipe {

// The recipes that temper ships, generated from recipes/ when the build is configured (see
// room.cmake).
extern const std::string_view kFashionMnistRecipe;
extern const std::string_view kCifar10Recipe;
extern const std::string_view kPicturesRecipe;
extern const std::string_view kFineTuningRecipe;

/// The comment at the top of a starter recipe.
std::string head();

}  // namespace temper::recipe
