#include <cstdlib>
#include <string>
#include <string_view>

#include "fuzz/hostile.h"
#include "temper/recipe/bind.h"
#include "temper/recipe/write.h"
#include "tests/recipe/options.h"

namespace {

std::string read(const temper::recipe::Tree& tree) {
  temper::recipe::testing::Options options;
  temper::recipe::Schedules schedules;
  bind_tree(tree, temper::group(options), schedules);
  return temper::recipe::document(temper::group(options), schedules);
}

}  // namespace

// Test options of every type replace temper's own, so that LibTorch is not needed. Input that
// begins with '@' is an edit (--set). What is accepted must be unchanged when written and read
// again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const bool edit = text.starts_with('@');
    const auto written = read(edit ? temper::recipe::parse_edit(text.substr(1))
                                   : temper::recipe::parse_toml(text, "fuzz"));
    if (read(temper::recipe::parse_toml(written, "written")) != written) std::abort();
  });
}
