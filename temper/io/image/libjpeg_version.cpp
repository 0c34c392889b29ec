#include "temper/io/image/libjpeg_version.h"

#include <link.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>  // jpeglib.h needs it before itself
#include <span>

#include <jpeglib.h>

namespace temper::io::codec {
namespace {

struct Search {
  std::uintptr_t address = 0;  ///< in the library
  std::string_view version = {};
};

/// Searches one of the loaded objects, which are the program and its libraries.
/// @return  0 to continue with the next one
int search_object(dl_phdr_info* object, std::size_t /*size*/, void* data) {
  auto& search = *static_cast<Search*>(data);
  const std::span segments(object->dlpi_phdr, object->dlpi_phnum);
  const auto address_of = [object](const auto& segment) {
    return std::uintptr_t{object->dlpi_addr} + segment.p_vaddr;
  };
  const bool is_the_library =
      std::any_of(segments.begin(), segments.end(), [&](const auto& segment) {
        return segment.p_type == PT_LOAD && search.address - address_of(segment) < segment.p_memsz;
      });
  if (!is_the_library) return 0;
  for (const auto& segment : segments) {
    const bool is_constant = segment.p_type == PT_LOAD && (segment.p_flags & (PF_R | PF_W)) == PF_R;
    if (!is_constant || !search.version.empty()) continue;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the C library gives addresses as integers
    const auto* const bytes = reinterpret_cast<const char*>(address_of(segment));
    search.version = version_in({bytes, segment.p_memsz});
  }
  return 1;
}

std::string_view find_version() {
  jpeg_error_mgr errors{};
  jpeg_std_error(&errors);  // sets pointers to functions of the library
  Search search{.address = reinterpret_cast<std::uintptr_t>(errors.error_exit)};
  ::dl_iterate_phdr(search_object, &search);
  return search.version;
}

}  // namespace

std::string_view libjpeg_version() {
  static const std::string_view version = find_version();
  return version;
}

std::string_view version_in(std::string_view constants) {
  constexpr std::string_view before = "libjpeg-turbo version ";
  for (auto at = constants.find(before); at != std::string_view::npos;
       at = constants.find(before)) {
    constants.remove_prefix(at + before.size());
    const auto length = std::min(constants.find_first_not_of("0123456789."), constants.size());
    if (length > 0 && constants.substr(length).starts_with(" (build "))
      return constants.substr(0, length);
  }
  return {};
}

bool supports_jpeg_scan(std::string_view version) {
  constexpr std::array<std::string_view, 3> tried{"2.0.6", "2.1.5", "3.2.0"};
  return std::find(tried.begin(), tried.end(), version) != tried.end();
}

}  // namespace temper::io::codec
