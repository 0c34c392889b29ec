#pragma once
#include <string>

namespace temper {

/// The text with the letters A to Z in lower case, whatever the locale.
inline std::string to_lower(std::string text) {
  for (char& letter : text)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return text;
}

}  // namespace temper
