//! `/metrics`, on a listener of its own: numbers for Prometheus. Never an id, an address or a text.
use crate::{app::App, counters::Counters, push::alert::Alerts};
use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use merhaba_shared::protocol::model::Side;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric, text::encode},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
    registry::Registry,
};
use std::{
    fmt::{Debug, Error},
    sync::{Arc, atomic::Ordering::Relaxed},
};

/// The router of the metrics listener.
pub fn router(app: &Arc<App>) -> Router {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Numbers(app.chat.counters().clone(), app.chat.alerts().clone())));
    Router::new().route("/metrics", get(show)).with_state(Arc::new(registry))
}

async fn show(State(registry): State<Arc<Registry>>) -> Response {
    let mut text = String::new();
    if encode(&mut text, &registry).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let mut response = text.into_response();
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

#[derive(Debug)]
struct Numbers(Arc<Counters>, Arc<Alerts>);

impl Collector for Numbers {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> Result<(), Error> {
        let sides = [("visitor", Side::Visitor), ("agent", Side::Agent)];
        let mut sessions = to.encode_descriptor("merhaba_sessions", "Sessions", None, MetricType::Gauge)?;
        for (name, side) in sides {
            let count = i64::try_from(self.0.sessions(side)).unwrap_or(i64::MAX);
            ConstGauge::new(count).encode(sessions.encode_family(&[("side", name)])?)?;
        }
        let help = "Messages stored";
        let accepted = to.encode_descriptor("merhaba_messages_accepted", help, None, MetricType::Counter)?;
        ConstCounter::new(self.0.accepted()).encode(accepted)?;
        let help = "Commands refused, by code";
        let mut refused =
            to.encode_descriptor("merhaba_commands_refused", help, None, MetricType::Counter)?;
        for (code, count) in self.0.refused() {
            ConstCounter::new(count).encode(refused.encode_family(&[("code", code.as_str())])?)?;
        }
        let help = "Sessions closed by the relay, by reason";
        let mut closed = to.encode_descriptor("merhaba_sessions_closed", help, None, MetricType::Counter)?;
        for (close, count) in self.0.closed() {
            ConstCounter::new(count).encode(closed.encode_family(&[("reason", close.name)])?)?;
        }
        let help = "Entries and notes that searching does not find yet";
        let unindexed = to.encode_descriptor("merhaba_search_behind", help, None, MetricType::Gauge)?;
        ConstGauge::new(i64::try_from(self.0.unindexed()).unwrap_or(i64::MAX)).encode(unindexed)?;
        let help = "Alerts to closed pages, by what became of them";
        let mut alerts = to.encode_descriptor("merhaba_alerts", help, None, MetricType::Counter)?;
        let counts = [("sent", &self.1.sent), ("failed", &self.1.failed), ("gone", &self.1.gone)];
        for (name, count) in counts {
            ConstCounter::new(count.load(Relaxed)).encode(alerts.encode_family(&[("outcome", name)])?)?;
        }
        Ok(())
    }
}
