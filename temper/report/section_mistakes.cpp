#include "temper/io/image.h"
#include "temper/report/class_label.h"
#include "temper/report/number.h"
#include "temper/report/sections.h"

namespace temper::report {
namespace {

Html card(const Facts& facts, std::size_t index) {
  const auto& mistakes = *facts.run.mistakes;
  const auto& predictions = *facts.run.predictions;
  const auto row = mistakes.rows[index];
  const auto& image = mistakes.images[index];
  const auto truth = predictions.labels.const_data_ptr<std::int64_t>()[row];
  const auto guess = facts.analysis->predicted.const_data_ptr<std::int64_t>()[row];
  const auto id = predictions.ids.const_data_ptr<std::int64_t>()[row];
  const double confidence = facts.analysis->confidence.const_data_ptr<double>()[row];
  return html(
      R"(<li><img class="{}" width="{}" height="{}" loading="lazy"
        src="data:image/png;base64,{}" alt="Test image {}: {}, taken for {}"><p><strong>{}</strong><span
        class="guess">taken for <b>{}</b></span><small>{} · image {}</small></p></li>)",
      image.width <= 96 ? "small" : "large", image.width, image.height,
      Html{base64(io::encode_png(image))}, id, isolated_class(facts.run, truth),
      isolated_class(facts.run, guess), class_label(facts.run, truth),
      class_label(facts.run, guess), percent_text(confidence, 1), count_text(id));
}

}  // namespace

Html mistakes_section(const Facts& facts) {
  if (!facts.run.mistakes || !facts.analysis || facts.run.mistakes->images.empty()) return {};
  Html cards;
  for (std::size_t i = 0; i < facts.run.mistakes->images.size(); ++i) cards += card(facts, i);
  return html(
      R"(<section id="mistakes"><h2>Most confidently wrong</h2><p class="lead">The {} images
        about which the network was surest and wrong, surest first: true class, what it was
        taken for and the probability given to that. Look here for wrong labels in the data,
        too. Measured on {}.</p><ul class="cards">{}</ul></section>)",
      facts.run.mistakes->images.size(), test_basis(facts), cards);
}

}  // namespace temper::report
