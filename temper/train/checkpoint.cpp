#include "temper/train/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/io/atomic_file.h"
#include "temper/io/hash.h"
#include "temper/io/read_file.h"
#include "temper/io/system_error.h"

namespace temper::train {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kManifest = "manifest.json";
constexpr int kFormat = 1;

/// By file name.
using Checksums = std::map<std::string, std::string>;

/// The files of a checkpoint, with the tensors of the state that each holds.
struct Part {
  std::string file;
  std::vector<Named> tensors;
};

std::vector<Part> parts(const State& state) {
  std::vector<Part> all{{"model.safetensors", weights(*state.network)},
                        {"optimizer.safetensors", state.optimizer.tensors}};
  if (state.averages) all.push_back({"averages.safetensors", state.averages->tensors});
  return all;
}

void make_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) throw io::system_error("make the folder", folder, failure.value());
}

/// The manifest as `read` takes it apart; whatever is wrong in it is a damaged manifest.
template <class Read>
auto from_manifest(const fs::path& checkpoint, const Read& read) {
  const auto path = checkpoint / kManifest;
  try {
    const auto manifest = json::parse(io::read_text(path));
    if (manifest.at("format").get<int>() == kFormat) return read(manifest);
  } catch (const json::exception&) {
    // Said below, as for a format that is not ours.
  }
  throw Error(
      Code::data,
      fmt::format("{}: not a checkpoint's manifest of format {}; delete the folder to go on from "
                  "an older checkpoint",
                  path.string(), kFormat));
}

void verify(const fs::path& file, const Checksums& checksums) {
  const auto known = checksums.find(file.filename().string());
  const std::string expected = known == checksums.end() ? "" : known->second;
  const std::string found = io::hash_file(file);
  if (found != expected)
    throw Error(
        Code::data,
        fmt::format("{}: damaged (checksum {}, the manifest says {}); delete the folder to go on "
                    "from an older checkpoint",
                    file.string(), found, expected.empty() ? "nothing" : expected));
}

}  // namespace

void save_checkpoint(const State& state, const Manifest& manifest, const fs::path& checkpoints,
                     std::int64_t keep) {
  const auto folder = checkpoints / fmt::format("step-{:08}", manifest.step);
  make_folder(folder);
  json files = json::object();
  for (const auto& part : parts(state)) {
    save_tensors(folder / part.file, part.tensors);
    files[part.file] = io::hash_file(folder / part.file);
  }
  const json text = {{"format", kFormat},
                     {"step", manifest.step},
                     {"fingerprint", manifest.fingerprint},
                     {"seconds", manifest.seconds},
                     {"updates", state.averages ? state.averages->updates : 0},
                     {"files", std::move(files)}};
  io::write_atomically(folder / kManifest, text.dump(2) + "\n");

  auto old = list_checkpoints(checkpoints);
  while (static_cast<std::int64_t>(old.size()) > keep) {
    // The manifest goes first: what is left of the folder is then no checkpoint, whenever we are
    // stopped.
    std::error_code ignored;
    fs::remove(old.front() / kManifest, ignored);
    fs::remove_all(old.front(), ignored);
    old.erase(old.begin());
  }
}

std::vector<fs::path> list_checkpoints(const fs::path& checkpoints) {
  std::vector<fs::path> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(checkpoints, none))
    if (entry.path().filename().string().starts_with("step-") &&
        fs::exists(entry.path() / kManifest))
      found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

Manifest read_manifest(const fs::path& checkpoint) {
  return from_manifest(checkpoint, [](const json& manifest) {
    return Manifest{manifest.at("step"), manifest.at("fingerprint"), manifest.at("seconds")};
  });
}

void load_checkpoint(State& state, const fs::path& checkpoint) {
  const auto manifest = read_manifest(checkpoint);
  const auto [checksums, updates] = from_manifest(checkpoint, [](const json& text) {
    return std::pair{text.at("files").get<Checksums>(), text.at("updates").get<std::int64_t>()};
  });
  for (const auto& part : parts(state)) {
    const auto path = checkpoint / part.file;
    verify(path, checksums);
    load_tensors(io::Safetensors(path), part.tensors);
  }
  state.step = manifest.step;
  state.optimizer.step = manifest.step;
  if (state.averages) state.averages->updates = updates;
}

}  // namespace temper::train
