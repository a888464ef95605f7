// Pictures for things that scenarios only name: by the words in their ids, with a plain one for the rest.
import armchair from "lucide:armchair";
import briefcase from "lucide:briefcase";
import coins from "lucide:coins";
import gauge from "lucide:gauge";
import school from "lucide:graduation-cap";
import handshake from "lucide:handshake";
import heart from "lucide:heart-pulse";
import calendar from "lucide:hourglass";
import house from "lucide:house";
import building from "lucide:landmark";
import languages from "lucide:languages";
import scale from "lucide:scale";
import shield from "lucide:shield";
import stamp from "lucide:stamp";
import star from "lucide:star";
import user from "lucide:user-round";
import users from "lucide:users";

const ROLES: [RegExp, string][] = [
	[/anagraf|sportell|ufficial|registrar|counter|clerk/i, stamp],
	[/medic|infermier|doctor|nurse|salute|health/i, heart],
	[/legal|avvocat|giurist|lawyer|jurist/i, scale],
	[/datore|aziend|lavor|employer|worker|impresa/i, briefcase],
	[/mediator|interpret|traduttor/i, languages],
	[/insegn|scuol|student|teacher|school|docent/i, school],
	[/polizi|questur|carabin|vigil|police|prefett/i, shield],
	[/sindac|assessor|dirigent|mayor|comune|council/i, building],
	[/centro|accoglien|casa|ospit|centre|hous|padron/i, house],
	[/capo|respons|coordin|head|manager/i, armchair],
];
const VALUES: [RegExp, string][] = [
	[/fiduci|trust/i, handshake],
	[/giorn|temp|day|time|mes[ie]|ann[io]|ore/i, calendar],
	[/sold|euro|cost|budget|money|denar|risors|fond/i, coins],
	[/salut|health/i, heart],
	[/person|gent|people/i, users],
	[/punt|score|point|passi/i, star],
];

const find = (list: [RegExp, string][], text: string, plain: string) => list.find(([r]) => r.test(text))?.[1] ?? plain;

export const roleIcon = (id: string, name: string): string => find(ROLES, `${id} ${name}`, user);
export const valueIcon = (id: string, name: string): string => find(VALUES, `${id} ${name}`, gauge);
