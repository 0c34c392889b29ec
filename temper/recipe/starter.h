#pragma once
#include <string>

namespace temper::recipe {

/// A recipe to begin with: every key with its value and meaning.
/// @param source  "fashion-mnist", or a folder of pictures
std::string starter(const std::string& source);

}  // namespace temper::recipe
