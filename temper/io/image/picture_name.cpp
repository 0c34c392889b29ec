#include "temper/io/image/picture_name.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace temper::io {

bool is_picture_name(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 4> endings{".png", ".jpg", ".jpeg", ".webp"};
  auto ending = path.extension().string();
  for (char& letter : ending)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return std::ranges::find(endings, ending) != endings.end();
}

}  // namespace temper::io
