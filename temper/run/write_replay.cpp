#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/system_error.h"
#include "temper/io/format/json_text.h"
#include "temper/run/contact_sheet.h"
#include "temper/run/replay.h"

namespace temper::run {

std::filesystem::path write_replay(const Replay& replay, const train::Plan& plan,
                                   const std::filesystem::path& run) {
  const auto folder = run / "replay" / fmt::format("step-{:08}", replay.step);
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) throw io::system_error("make the folder", folder, failure.value());

  std::vector<std::int64_t> rows;
  for (const auto& sample : replay.samples) rows.push_back(sample.row);
  const auto sheet = contact_sheet(replay.images, rows);
  io::write_atomically(folder / "batch.png", io::encode_png(sheet));
  io::write_atomically(folder / "samples.json", io::json_text(to_json(replay, plan), 2) + "\n");
  return folder;
}

}  // namespace temper::run
