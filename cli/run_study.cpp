#include "run_study.h"

#include <fmt/format.h>

#include <algorithm>

#include "output.h"
#include "signals.h"
#include "study_progress.h"
#include "temper/recipe/other_files.h"

namespace temper::cli {
namespace {

constexpr const auto& kFormats = EnumNames<report::StudyFormat>::value;

}  // namespace

void add_study_format(const Command& command, std::string& into) {
  command.option("--format", into, "of the tables on standard output")
      .called("FORMAT")
      .one_of({kFormats.begin(), kFormats.end()})
      .with_default();
}

report::StudyFormat study_format(const std::string& name) {
  return static_cast<report::StudyFormat>(std::ranges::find(kFormats, name) - kFormats.begin());
}

void require_study(const std::string& file) {
  recipe::refuse_others(
      file, recipe::kStudyFile,
      fmt::format("which has `base = \"{0}\"` and rows of changes to it, see "
                  "`temper explain study`. `temper train {0}` trains the recipe, `temper why "
                  "{0} OTHER.toml` compares it with another one",
                  file));
}

study::StudyTable run_study(const study::Study& study, study::Store& store,
                            study::AblateOptions options) {
  options.engine.stop = &stop_on_signals();
  StudyProgress progress;
  options.engine.on_progress = [&](const study::Progress& p) { progress.on_progress(p); };
  options.on_batch = [&](const study::Stand& stand) { progress.on_batch(stand); };
  options.on_table = [&](const study::StudyTable& so_far) { progress.on_table(so_far); };
  return study::ablate(study, store, options);
}

void print_plan(const study::Preview& preview, report::StudyFormat format) {
  const auto& next = preview.stand.next;
  for (const auto& sentence : preview.table.plan) print_text(stderr, "{}\n", sentence);
  print_text(stderr, "{}\nDry run: nothing was run.\n",
             next.trials.empty() ? "All runs are there." : next.sentence);
  if (format != report::StudyFormat::text || next.trials.empty())
    print_text("{}", report::to_text(preview.table, format));
}

}  // namespace temper::cli
