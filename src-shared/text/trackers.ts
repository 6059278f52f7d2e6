/**
 * Pictures whose only use is to tell somebody that a mail was opened. By the addresses that services are
 * known to use for it (host, and path where the host serves pictures too).
 */
const known: readonly (readonly [service: string, address: RegExp])[] = [
  ['Mailchimp', /^[^/]*\.list-manage\.com\/track\/open/],
  ['Mandrill', /^mandrillapp\.com\/track\/open/],
  ['SendGrid', /\/wf\/open(?:\?|$)/],
  ['SendGrid', /^[^/]*sendgrid\.net\/(?:wf|trk)\//],
  ['Mailgun', /^email\.[^/]+\/o\/eJ/],
  ['Postmark', /^pixel\.spapp|^[^/]*pstmrk\.it\/open/],
  ['SparkPost', /^[^/]+\/q\/[\w-]{20,}~~\//],
  ['Amazon', /^[^/]*\.awstrack\.me\/I0\//],
  ['Amazon', /^[^/]*amazon(?:ses)?\.[a-z.]+\/(?:gp\/r\.html|1x1)/],
  ['HubSpot', /^[^/]*(?:hubspotemail|hubspot(?:links|starter)?|hs-sites|hubspotfree)[^/]*\/(?:e2t\/o|Cto)/],
  ['HubSpot', /^t\.(?:sidekickopen\d*|signaux|senal|hubspotemail)\./],
  ['Salesforce', /^[^/]*\.(?:exct|exacttarget)\.(?:net|com)\/open\.aspx/],
  ['Salesforce', /^[^/]+\/open\.aspx\?/],
  ['Pardot', /^[^/]*\.pardot\.com\/(?:l|r)\//],
  ['Marketo', /^[^/]*(?:mktomail|mktoresp|marketo)\.com\/trk/],
  ['Eloqua', /^[^/]*\.(?:en25|eloqua)\.com\/(?:e\/FooterImages|e\/fl)/],
  ['Adobe Campaign', /^[^/]+\/r\/\?id=h/],
  ['Responsys', /^[^/]+\/pub\/as\?_ri_=/],
  ['Klaviyo', /^[^/]*(?:klaviyomail|klclick\d*|kmail-lists)\.com\/(?:o|open|pixel)/],
  ['Klaviyo', /^trk\.klclick/],
  ['Brevo', /^[^/]*(?:sendibt\d*|sendibw\d*|sendibm\d*|brevo|sendinblue)\.(?:com|net)\/(?:tr\/op|op|mk\/op)/],
  ['Mailjet', /^[^/]*mjt\.lu\/oo\//],
  ['Mailjet', /^[^/]+\/oo\/[\w-]{10,}\//],
  ['Constant Contact', /^[^/]*(?:rs6\.net|constantcontact\.com)\/(?:on\.jsp|notification)/],
  ['Campaign Monitor', /^[^/]*(?:createsend\d*|cmail\d*|cmail20)\.com\/t\/[^/]*-o-/],
  ['ActiveCampaign', /^[^/]*(?:activehosted|acems\d*|emlnk\d*)\.com\/(?:Prod|lt)?[^?]*(?:open|lt\.php)/],
  ['ConvertKit', /^open\.convertkit-mail\d*\.com\//],
  ['Substack', /^[^/]*substack\.com\/o\//],
  ['beehiiv', /^[^/]*beehiiv\.com\/ss\/o\//],
  ['Customer.io', /^[^/]*customeriomail\.com\/e\/o/],
  ['Intercom', /^[^/]*(?:intercom-mail|via\.intercom)[^/]*\/(?:via\/)?o/],
  ['Iterable', /^[^/]*(?:links\.iterable|iterable)\.com\/(?:e\/)?(?:open|o)/],
  ['Braze', /^[^/]*\.braze\.(?:com|eu)\/(?:q|open)/],
  ['Drip', /^[^/]*getdrip\.com\/(?:o|open)/],
  ['GetResponse', /^[^/]*getresponse[^/]*\/open\.html/],
  ['AWeber', /^(?:openrate\.aweber|forms\.aweber)\.com\//],
  ['Litmus', /^[^/]*\.(?:emltrk|litmus)\.com\//],
  ['Validity', /^pixel\.(?:inbox|app)\.returnpath\.net\//],
  ['Movable Ink', /^[^/]*movable-ink-\d+\.com\/p\/rp\//],
  ['LiveIntent', /^[^/]*\.(?:liadm|liveintent)\.com\//],
  ['Google Analytics', /^(?:www|ssl)\.google-analytics\.com\//],
  ['Google', /^(?:ad|googleads\.g)\.doubleclick\.net\//],
  ['Facebook', /^www\.facebook\.com\/(?:tr|email_open_log_pic)/],
  ['LinkedIn', /^www\.linkedin\.com\/(?:emimp|comm\/li\/track)/],
  ['X', /^(?:twitter|x)\.com\/scribe\/ibis/],
  ['Microsoft', /^[^/]*(?:mucp\.api\.account\.microsoft|svc\.dynamics)\.com\/(?:m\/v2\/v|t\/o)/],
  ['Mailtrack', /^[^/]*mailtrack\.io\/(?:trace|img)/],
  ['Yesware', /^[^/]*(?:yesware|yeswaremail)\.com\/t\//],
  ['Streak', /^(?:mailfoogae\.appspot|[^/]*streak)\.com\//],
  ['Superhuman', /^r\.superhuman\.com\//],
  ['Boomerang', /^[^/]*boomeranggmail\.com\//],
  ['Mixmax', /^[^/]*(?:mixmax|mixmaxusercontent)\.com\/(?:api\/track|o)/],
  ['Outreach', /^[^/]*outreach\.io\/(?:c|o|open)/],
  ['Salesloft', /^[^/]*salesloft(?:links)?\.com\/(?:open|email_trackers)/],
  ['Bananatag', /^[^/]*bl-1\.com\/|^[^/]*bananatag\.com\//],
  ['ContactMonkey', /^[^/]*contactmonkey\.com\//],
  ['Zendesk', /^[^/]*zdsys\.com\//],
];

/** Paths that say themselves what they are for. */
const tellTale =
  /[/_.-](?:open(?:ed)?|track(?:ing|er)?|pixel|beacon|email[-_]?open)(?:[/_.-]?(?:pixel|open|image|img|log))*(?:\.(?:gif|png|php|aspx?|ashx))(?:\?|$)/i;

export interface Tracker {
  host: string;
  /** Whose it is, where that is known. */
  service: string | null;
}

/** A picture's address (`path` with its query) as a tracker; `tiny`: it is drawn so small that nobody sees it. */
export function trackerAt(host: string, path: string, tiny: boolean): Tracker | null {
  const service = known.find(([, pattern]) => pattern.test(`${host}${path}`))?.[0] ?? null;
  return tiny || service !== null || tellTale.test(path) ? { host, service } : null;
}
