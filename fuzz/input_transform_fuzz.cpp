#include <algorithm>
#include <string>
#include <string_view>

#include "fuzz/hostile.h"
#include "temper/augment/pipeline/input_transform.h"

// The bytes are the metadata: lines of "key=value", as in "mean=[0.5]".
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    temper::io::Metadata metadata;
    while (!text.empty()) {
      const auto line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(text.size(), line.size() + 1));
      if (const auto equals = line.find('='); equals != std::string_view::npos)
        metadata["temper." + std::string(line.substr(0, equals))] = line.substr(equals + 1);
    }
    // What is accepted must be read again from what would be written.
    const temper::augment::InputTransform older{.input = {}};
    const auto transform = temper::augment::from_metadata(metadata, older, "fuzz");
    if (from_metadata(to_metadata(transform), older, "fuzz") != transform) std::abort();
  });
}
