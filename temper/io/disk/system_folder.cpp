#include "temper/io/disk/system_folder.h"

#include <algorithm>
#include <array>

namespace temper::io {

bool is_system_folder(std::string_view name) {
  constexpr std::array<std::string_view, 17> names{
      // Synology, QNAP: thumbnails, deleted files, snapshots
      "@eaDir", "@tmp", "#recycle", "#snapshot", "@__thumb", "@Recycle", "@Recently-Snapshot",
      // macOS
      "__MACOSX", "Network Trash Folder", "Temporary Items", "TheVolumeSettingsFolder",
      // Windows
      "$RECYCLE.BIN", "$Recycle.Bin", "RECYCLER", "System Volume Information",
      // Linux, Python
      "lost+found", "__pycache__"};
  return std::ranges::find(names, name) != names.end();
}

bool in_system_folder(std::string_view path) {
  for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
    if (is_system_folder(path.substr(0, slash))) return true;
    path.remove_prefix(slash + 1);
  }
  return false;
}

}  // namespace temper::io
