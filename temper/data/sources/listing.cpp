#include "temper/data/sources/listing.h"

#include <algorithm>
#include <system_error>

#include "temper/core/lower_case.h"
#include "temper/io/disk/system_error.h"
#include "temper/io/disk/system_folder.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void unreadable(const fs::path& path, const std::error_code& error) {
  throw io::system_error("read", path, error.value());
}

/// Calls see(entry) with the entries in no particular order, until it returns false.
template <class See>
void for_each_entry(const fs::path& folder, const See& see) {
  std::error_code error;
  fs::directory_iterator it(folder, error);
  for (; !error && it != fs::directory_iterator(); it.increment(error)) {
    const auto name = name_of(it->path());
    if (!name.starts_with('.') && !io::is_system_folder(name) && !see(*it)) return;
  }
  if (error) unreadable(folder, error);
}

}  // namespace

std::string_view name_of(const fs::path& path) {
  const std::string_view text = path.native();
  return text.substr(text.rfind('/') + 1);  // from the beginning, if there is no '/'
}

std::vector<fs::directory_entry> entries(const fs::path& folder) {
  std::vector<fs::directory_entry> result;
  for_each_entry(folder, [&](const fs::directory_entry& entry) {
    result.push_back(entry);
    return true;
  });
  std::sort(result.begin(), result.end(),
            [](const auto& a, const auto& b) { return a.path().native() < b.path().native(); });
  return result;
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  const bool yes = fs::is_directory(path, error);
  if (error == std::errc::permission_denied) unreadable(path, error);
  return yes;
}

bool is_folder(const fs::directory_entry& entry) {
  std::error_code error;
  const bool yes = entry.is_directory(error);
  if (error == std::errc::permission_denied) unreadable(entry.path(), error);
  return yes;
}

std::vector<std::string> folders_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : entries(folder))
    if (is_folder(entry)) names.push_back(entry.path().filename().string());
  return names;
}

bool holds_folder(const fs::path& folder) {
  bool found = false;
  for_each_entry(folder, [&](const fs::directory_entry& entry) {
    found = is_folder(entry);
    return !found;
  });
  return found;
}

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : entries(folder))
    if (!is_folder(entry)) names.push_back(entry.path().filename().string());
  return names;
}

bool is_table_name(const fs::path& path) {
  const auto ending = to_lower(path.extension().string());
  return ending == ".csv" || ending == ".tsv";
}

}  // namespace temper::data
